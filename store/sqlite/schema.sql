-- Projections only: every row follows from the journal and the program.
-- Times are microseconds since 1970 UTC, days whole days since 1970 UTC,
-- positions degrees WGS84, lengths metres.

create table meta (
  key text primary key,
  value any not null
) strict, without rowid;

create table source (
  id integer primary key,
  name text not null unique
) strict;

-- One row for each version of an observation; the journal's record seq holds the rest.
create table observation (
  seq integer primary key,
  source integer not null,
  ref text not null,
  from_us integer not null,
  to_us integer not null,
  lat real, lon real, radius_m real,
  activity text not null,
  means text not null,
  digest integer not null, -- of its content: the first 8 bytes of SHA-256
  superseded_by integer
) strict;
create index observation_ref on observation (source, ref);
create index observation_time on observation (from_us);
create index observation_superseded on observation (superseded_by) where superseded_by is not null;

-- What each source reported on a day, of current versions.
create table reporting (
  source integer not null,
  day integer not null,
  observations integer not null,
  first_us integer not null,
  last_us integer not null,
  means text not null, -- the last in the alphabet
  primary key (source, day)
) strict, without rowid;

-- What entered beside observations: agreement, line, area, place, site, coverage, reference, quarantine, software, decision.
create table record (
  seq integer primary key,
  kind text not null,
  source text not null,
  ref text not null,
  at_us integer not null,
  digest blob not null,
  label text not null
) strict;
create index record_kind on record (kind, source, ref);
-- A decision's source is what it is, its ref the subject, its digest that of its key if it has one.
create index record_subject on record (ref) where kind = 'decision';
create index record_digest on record (digest) where kind = 'decision';

-- Fusion runs day by day; state is what was open at the end of the day.
create table day (
  day integer primary key,
  observations integer not null,
  dirty integer not null,
  state blob
) strict;

-- run is the day in whose run the incident closed, n its number in it; an
-- incident belongs to the UTC day of from_us. judged holds its findings as
-- " provision=result": their reasons are computed again when they are asked for.
create table incident (
  run integer not null,
  n integer not null,
  key integer not null, -- of its id: the first 8 bytes of SHA-256
  from_us integer not null,
  activity text not null,
  announced integer not null, -- it was reported before it began
  findings integer not null,
  breaches integer not null,
  judged text not null,
  body blob not null,
  primary key (run, n)
) strict, without rowid;
create index incident_key on incident (key);
create index incident_time on incident (from_us);
create index incident_announced on incident (from_us) where announced = 1;

-- What lists and maps show of a run's incidents, packed: package picture reads it.
create table picture (
  run integer primary key,
  incidents integer not null,
  findings integer not null,
  breaches integer not null,
  rows blob not null
) strict;
