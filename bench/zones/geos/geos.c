/* Places points with GEOS: prepared geometries, one core.
 *
 *   geos DIR ROUNDS
 *
 * reads from DIR points.f64 (pairs of latitude and longitude), zones.wkt (a zone
 * a line) and line.wkt, writes geos.mask (a bit a zone, 32 for each point) and
 * geos.dist (metres, planar: GEOS knows no ellipsoid), and prints seconds for the
 * zones alone and the distance alone, each in its best round. Longitudes are scaled so that a degree
 * is about as long as one of latitude. */
#include <geos_c.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MOST 32
#define METRES 111195.08

static void say(const char *format, ...) {
	va_list a;
	va_start(a, format);
	vfprintf(stderr, format, a);
	fputc('\n', stderr);
	va_end(a);
}

static double now(void) { /* of the processor, since machines are shared */
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static char *whole(const char *dir, const char *name, size_t *size) {
	char path[4096];
	snprintf(path, sizeof path, "%s/%s", dir, name);
	FILE *f = fopen(path, "rb");
	if (!f) { perror(path); exit(1); }
	fseek(f, 0, SEEK_END);
	*size = ftell(f);
	rewind(f);
	char *text = malloc(*size + 1);
	if (fread(text, 1, *size, f) != *size) { perror(path); exit(1); }
	text[*size] = 0;
	fclose(f);
	return text;
}

static void save(const char *dir, const char *name, const void *data, size_t size) {
	char path[4096];
	snprintf(path, sizeof path, "%s/%s", dir, name);
	FILE *f = fopen(path, "wb");
	if (!f || fwrite(data, 1, size, f) != size) { perror(path); exit(1); }
	fclose(f);
}

static int scale(double *x, double *y, void *by) { *x *= *(double *)by; (void)y; return 1; }

static GEOSGeometry *read_geometry(GEOSWKTReader *r, const char *text, double by) {
	GEOSGeometry *g = GEOSWKTReader_read(r, text);
	if (!g) { say("no geometry: %.60s", text); exit(1); }
	return by == 1 ? g : GEOSGeom_transformXY(g, scale, &by);
}

static const GEOSPreparedGeometry *zone[MOST], *line;
static double box[MOST][4], by;
static int zones;

static uint32_t in_zones(const GEOSGeometry *p, double x, double y) {
	uint32_t m = 0;
	for (int i = 0; i < zones; i++)
		if (x >= box[i][0] && x <= box[i][1] && y >= box[i][2] && y <= box[i][3] && GEOSPreparedIntersects(zone[i], p) == 1)
			m |= 1u << i;
	return m;
}

static double distance(double lat, double lon) {
	double d = 0;
	GEOSGeometry *p = GEOSGeom_createPointFromXY(lon * by, lat);
	GEOSPreparedDistance(line, p, &d);
	GEOSGeom_destroy(p);
	return d * METRES;
}

int main(int argc, char **argv) {
	if (argc != 3) { say("usage: geos DIR ROUNDS"); return 2; }
	initGEOS(say, say);
	size_t size;
	double *points = (double *)whole(argv[1], "points.f64", &size);
	size_t n = size / 16;
	by = cos(48.75 * M_PI / 180);
	double begin = now();
	GEOSWKTReader *r = GEOSWKTReader_create();
	for (char *row = strtok(whole(argv[1], "zones.wkt", &size), "\n"); row && zones < MOST; row = strtok(NULL, "\n")) {
		GEOSGeometry *g = read_geometry(r, row, 1);
		GEOSGeom_getXMin(g, &box[zones][0]);
		GEOSGeom_getXMax(g, &box[zones][1]);
		GEOSGeom_getYMin(g, &box[zones][2]);
		GEOSGeom_getYMax(g, &box[zones][3]);
		zone[zones++] = GEOSPrepare(g);
	}
	line = GEOSPrepare(read_geometry(r, whole(argv[1], "line.wkt", &size), by));
	double built = now() - begin;

	uint32_t *mask = calloc(n, sizeof *mask);
	double *dist = calloc(n, sizeof *dist);
	for (size_t i = 0; i < 1000 && i < n; i++) { /* the indexes are made when first asked */
		GEOSGeometry *p = GEOSGeom_createPointFromXY(points[2 * i + 1], points[2 * i]);
		in_zones(p, points[2 * i + 1], points[2 * i]);
		GEOSGeom_destroy(p);
		distance(points[2 * i], points[2 * i + 1]);
	}
	double zones_s = INFINITY, distance_s = INFINITY;
	for (int round = atoi(argv[2]); round > 0; round--) {
		begin = now();
		for (size_t i = 0; i < n; i++) {
			GEOSGeometry *p = GEOSGeom_createPointFromXY(points[2 * i + 1], points[2 * i]);
			mask[i] = in_zones(p, points[2 * i + 1], points[2 * i]);
			GEOSGeom_destroy(p);
		}
		zones_s = fmin(zones_s, now() - begin);
		begin = now();
		for (size_t i = 0; i < n; i++) dist[i] = distance(points[2 * i], points[2 * i + 1]);
		distance_s = fmin(distance_s, now() - begin);
	}
	save(argv[1], "geos.mask", mask, n * sizeof *mask);
	save(argv[1], "geos.dist", dist, n * sizeof *dist);
	printf("{\"version\":\"GEOS %s\",\"points\":%zu,\"build_s\":%g,\"zones_s\":%g,\"distance_s\":%g}\n", GEOSversion(), n, built, zones_s, distance_s);
	return 0;
}
