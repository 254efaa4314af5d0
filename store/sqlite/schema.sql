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

-- What entered beside observations: agreement, line, area, place, site, coverage, reference, quarantine, software.
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

-- Fusion runs day by day; state is what was open at the end of the day.
create table day (
  day integer primary key,
  observations integer not null,
  dirty integer not null,
  state blob
) strict;

-- run is the day in whose run the incident closed; an incident belongs to the
-- UTC day of from_us.
create table incident (
  id text primary key,
  run integer not null,
  from_us integer not null,
  to_us integer not null,
  lat real, lon real, radius_m real,
  activity text not null,
  weapon text not null,
  probability real not null,
  sources integer not null,
  announced integer not null, -- it was reported before it began
  body blob not null
) strict, without rowid;
create index incident_announced on incident (from_us) where announced = 1;
create index incident_run on incident (run);
create index incident_time on incident (from_us);

-- The reasons of a finding are computed again when they are asked for.
create table finding (
  id text primary key,
  incident text not null,
  run integer not null,
  at_us integer not null,
  provision text not null,
  result text not null,
  step text not null,
  probability real not null,
  severity text not null,
  party text not null
) strict, without rowid;
create index finding_run on finding (run);
create index finding_time on finding (at_us);
