package journal

import (
	"bufio"
	"errors"
	"io"
	"os"
	"path/filepath"
)

// SegmentFile is a segment that Copy wrote.
type SegmentFile struct {
	Name string
	Size int64
}

// Copy writes the first records into segments in a folder of the machine, the
// bodies of some left away: the leaves, and so the tree, stay the same.
func (j *Journal) Copy(dir string, records uint64, withhold func(*Entry) (bool, error)) ([]SegmentFile, error) {
	c := &copying{dir: dir, starts: map[uint64]bool{}}
	j.mu.Lock()
	for i := range j.segments {
		c.starts[j.segments[i].first] = true
	}
	j.mu.Unlock()
	for e, err := range j.Read(0) {
		if err == nil && e.Seq == records {
			break
		}
		if err == nil {
			err = c.add(&e, withhold)
		}
		if err != nil {
			return nil, errors.Join(err, c.end())
		}
	}
	return c.out, c.end()
}

type copying struct {
	dir    string
	starts map[uint64]bool // of segments
	tree   tree
	file   *os.File
	w      *bufio.Writer
	out    []SegmentFile
	frame  []byte
}

func (c *copying) add(e *Entry, withhold func(*Entry) (bool, error)) error {
	if c.starts[e.Seq] {
		if err := c.begin(); err != nil {
			return err
		}
	}
	hide, err := withhold(e)
	if err != nil {
		return err
	}
	c.frame = AppendEntry(c.frame[:0], e, hide)
	c.tree.addHash(leafHash(e))
	return c.write(c.frame)
}

func (c *copying) begin() error {
	if err := c.end(); err != nil {
		return err
	}
	name := segmentName(c.tree.size)
	f, err := os.Create(filepath.Join(c.dir, name))
	if err != nil {
		return err
	}
	c.file, c.w = f, bufio.NewWriterSize(io.Writer(f), 1<<20)
	c.out = append(c.out, SegmentFile{Name: name})
	return c.write(segmentHeader(&c.tree))
}

func (c *copying) write(b []byte) error {
	c.out[len(c.out)-1].Size += int64(len(b))
	_, err := c.w.Write(b)
	return err
}

func (c *copying) end() error {
	if c.file == nil {
		return nil
	}
	err := errors.Join(c.w.Flush(), c.file.Close())
	c.file = nil
	return err
}
