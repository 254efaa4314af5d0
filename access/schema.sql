-- Who may sign in. Times are microseconds since 1970 UTC. Passwords, sessions,
-- tokens and keys are kept as hashes only.

create table account (
  name text primary key,
  person text not null, -- person and office, as records name them
  role text not null,
  clearance text not null,
  party text not null,
  password text not null, -- empty: nobody can sign in with one
  made_us integer not null
) strict, without rowid;

create table session (
  hash blob primary key,
  account text not null references account (name) on delete cascade,
  made_us integer not null,
  used_us integer not null
) strict, without rowid;

create table token (
  id text primary key,
  hash blob not null unique,
  account text not null references account (name) on delete cascade,
  label text not null,
  scopes text not null, -- actions with spaces between them; empty: all of the role
  made_us integer not null,
  until_us integer not null, -- 0: no end
  used_us integer not null
) strict, without rowid;

-- Links that sign in once.
create table ticket (
  hash blob primary key,
  account text not null references account (name) on delete cascade,
  until_us integer not null
) strict, without rowid;

-- Failed sign-ins, by account and by address.
create table failure (
  who text not null,
  at_us integer not null
) strict;
create index failure_who on failure (who, at_us);
