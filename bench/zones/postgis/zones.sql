-- Places points with PostGIS. psql runs it with :dir; timings come out as
-- "name seconds". One core: no parallel workers.
\set ON_ERROR_STOP on
\set QUIET on
\pset tuples_only on
\pset format unaligned
set client_min_messages = warning;
set max_parallel_workers_per_gather = 0;
set jit = off;
set work_mem = '256MB';
set maintenance_work_mem = '256MB';
create extension postgis;
-- Seconds that this process has had a processor, since machines are shared.
create function processor() returns float8 volatile language sql as
	$$ select (split_part(s, ' ', 14)::float8 + split_part(s, ' ', 15)::float8) / 100 from pg_read_file('/proc/self/stat') s $$;

create table point (i int, lat float8, lon float8, g geometry, gg geography);
\set points :dir '/points.tsv'
copy point (i, lat, lon) from :'points';
update point set g = ST_SetSRID(ST_MakePoint(lon, lat), 4326), gg = ST_SetSRID(ST_MakePoint(lon, lat), 4326)::geography;
create table wkt (i serial, kind text, text text);
\set shapes :dir '/shapes.tsv'
copy wkt (kind, text) from :'shapes';
create table zone as select row_number() over (order by i) - 1 as i, ST_GeomFromText(text, 4326) as g from wkt where kind = 'zone';
create table line as select ST_GeomFromText(text, 4326) as g, ST_GeomFromText(text, 4326)::geography as gg from wkt where kind = 'line';

select processor() as begin \gset
create index on point using gist (g);
create table part as select i, ST_Subdivide(g, 64) as g from zone;
create index on part using gist (g);
create table segment as select ST_MakeLine(a, b)::geography as gg, ST_MakeLine(a, b) as g from
	(select p.geom as a, lead(p.geom) over (partition by p.path[1] order by p.path[2]) as b from line, ST_DumpPoints(line.g) p) s where b is not null;
create index on segment using gist (gg);
vacuum analyze;
select 'build ' || (processor() - :begin);

-- Two forms for the zones; the faster is taken for all points, twice: the better counts.
select processor() as begin \gset
create table few_whole as select p.i, z.i as zone from zone z join point p on ST_Intersects(z.g, p.g) where p.i < :few;
select 'whole ' || (processor() - :begin);
select processor() as begin \gset
create table few_parts as select distinct p.i, z.i as zone from point p join part z on ST_Intersects(z.g, p.g) where p.i < :few;
select 'parts ' || (processor() - :begin);
select processor() as begin \gset
create table held as select p.i, z.i as zone from zone z join point p on ST_Intersects(z.g, p.g);
select 'zones ' || (processor() - :begin);
drop table held;
select processor() as begin \gset
create table held as select p.i, z.i as zone from zone z join point p on ST_Intersects(z.g, p.g);
select 'zones ' || (processor() - :begin);

-- Two forms for the distance; the one that is right is taken for all points, twice.
select processor() as begin \gset
create table few_near as select p.i, (select ST_Distance(p.gg, s.gg) from segment s order by p.gg <-> s.gg limit 1) as d from point p where p.i < :few / 10;
select 'nearest ' || (processor() - :begin);
select processor() as begin \gset
create table far as select p.i, ST_Distance(p.gg, l.gg, true) as d from point p, line l;
select 'distance ' || (processor() - :begin);
drop table far;
select processor() as begin \gset
create table far as select p.i, ST_Distance(p.gg, l.gg, true) as d from point p, line l;
select 'distance ' || (processor() - :begin);

\set masks :dir '/postgis.tsv'
copy (select p.i, coalesce(m.mask, 0), f.d from point p join far f on f.i = p.i
	left join (select i, sum(1::bigint << zone::int) as mask from held group by i) m on m.i = p.i order by p.i) to :'masks';
select 'version ' || PostGIS_Lib_Version();
