package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// postgis runs postgis/zones.sql in a cluster of its own in a temporary folder,
// as the user postgres, who alone may if the caller is root.
func postgis(ctx context.Context, points, few int, dir string) (*placed, error) {
	bins, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(bins) == 0 {
		return nil, errors.New("no PostgreSQL in /usr/lib/postgresql; install postgresql-15-postgis-3")
	}
	bin := filepath.Dir(bins[len(bins)-1])
	owner := &syscall.SysProcAttr{}
	if os.Geteuid() == 0 {
		u, err := user.Lookup("postgres")
		if err != nil {
			return nil, err
		}
		uid, err1 := strconv.Atoi(u.Uid)
		gid, err2 := strconv.Atoi(u.Gid)
		if err := errors.Join(err1, err2, filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
			return errors.Join(err, os.Chown(path, uid, gid))
		})); err != nil {
			return nil, err
		}
		owner.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	}
	command := func(name string, args ...string) ([]byte, error) {
		cmd := exec.CommandContext(ctx, name, args...)
		cmd.Dir, cmd.SysProcAttr = dir, owner
		var out, problems bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &problems
		if err := cmd.Run(); err != nil {
			return nil, fmt.Errorf("%s: %w: %s", filepath.Base(name), err, problems.String())
		}
		return out.Bytes(), nil
	}
	cluster := filepath.Join(dir, "cluster")
	if _, err := command(filepath.Join(bin, "initdb"), "-D", cluster, "-A", "trust", "-U", "bench", "--no-sync", "-E", "UTF8", "--locale", "C"); err != nil {
		return nil, err
	}
	settings := fmt.Sprintf("-k %s -c listen_addresses= -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c shared_buffers=1GB -c max_wal_size=8GB -c autovacuum=off", dir)
	ctl := filepath.Join(bin, "pg_ctl")
	if _, err := command(ctl, "-D", cluster, "-w", "-l", filepath.Join(dir, "log"), "-o", settings, "start"); err != nil {
		return nil, err
	}
	defer exec.Command("kill", "-INT", pid(cluster)).Run() // also where ctx is over
	script, err := filepath.Abs(filepath.Join("bench", "zones", "postgis", "zones.sql"))
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(script)
	if err != nil {
		return nil, fmt.Errorf("to be run from the root of the repository: %w", err)
	}
	copied := filepath.Join(dir, "zones.sql")
	if err := os.WriteFile(copied, text, 0o644); err != nil {
		return nil, err
	}
	out, err := command(filepath.Join(bin, "psql"), "-X", "-h", dir, "-U", "bench", "-d", "postgres", "-v", "dir="+dir, "-v", "few="+strconv.Itoa(few), "-f", copied)
	if err != nil {
		return nil, err
	}
	p := &placed{points: points, masks: make([]uint32, points), metres: make([]float64, points)}
	seconds := map[string]float64{}
	for row := range strings.Lines(string(out)) {
		name, value, _ := strings.Cut(strings.TrimSpace(row), " ")
		if name == "version" {
			p.Version = "PostGIS " + value
		} else if s, err := strconv.ParseFloat(value, 64); err == nil {
			if last, again := seconds[name]; !again || s < last {
				seconds[name] = s
			}
		}
	}
	// Each at its best: the form that was faster on some points may be faster on all.
	p.BuildS, p.DistanceS = seconds["build"], seconds["distance"]
	p.ZonesS = min(seconds["zones"], min(seconds["whole"], seconds["parts"])*float64(points)/float64(few))
	if near := seconds["nearest"] * 10 * float64(points) / float64(few); near > 0 {
		p.DistanceS = min(p.DistanceS, near)
	}
	return p, p.rows(filepath.Join(dir, "postgis.tsv"))
}

func pid(cluster string) string {
	data, err := os.ReadFile(filepath.Join(cluster, "postmaster.pid"))
	if err != nil {
		return "0"
	}
	first, _, _ := strings.Cut(string(data), "\n")
	return first
}

func (p *placed) rows(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	rows := bufio.NewScanner(f)
	for rows.Scan() {
		var i int
		var mask uint32
		var d float64
		if _, err := fmt.Sscanf(rows.Text(), "%d\t%d\t%g", &i, &mask, &d); err != nil || i < 0 || i >= len(p.masks) {
			return fmt.Errorf("reading %s: %q: %v", path, rows.Text(), err)
		}
		p.masks[i], p.metres[i] = mask, d
	}
	return rows.Err()
}
