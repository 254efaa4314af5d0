package journal

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"sync"
)

// publication is what becomes visible of the tree after a batch.
type publication struct {
	head    Head
	full    []tile // complete since the one before
	partial []tile
	settled uint64 // the first record of the last segment
}

// publisher writes tiles and checkpoints behind the back of those who append:
// a record is acknowledged when its segment is on disk, and what is published
// follows from that. Batches that come while one is published are published
// together.
type publisher struct {
	j    *Journal
	done chan struct{}

	mu      sync.Mutex
	changed *sync.Cond
	waiting *publication // nil: nothing to do
	queued  int          // bytes of complete tiles in waiting
	working bool
	closed  bool
	err     error // of the last try

	dirs    map[string]bool // made already; the goroutine's
	settled uint64          // the goroutine's
}

// publishAhead is how many bytes of tiles may wait before who appends waits.
const publishAhead = 64 << 20

func newPublisher(j *Journal) *publisher {
	p := &publisher{j: j, done: make(chan struct{}), dirs: map[string]bool{}}
	p.changed = sync.NewCond(&p.mu)
	go p.run()
	return p
}

// offer hands over what is to be published.
func (p *publisher) offer(x publication) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.queued > publishAhead && p.err == nil {
		p.changed.Wait()
	}
	p.merge(x)
	p.err = nil // it is tried again
	p.changed.Broadcast()
}

func (p *publisher) merge(x publication) {
	for i := range x.full {
		p.queued += len(x.full[i].data)
	}
	if w := p.waiting; w != nil {
		x.full = append(w.full, x.full...)
	}
	p.waiting = &x
}

// flush waits until everything is published.
func (p *publisher) flush() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.working || p.waiting != nil && p.err == nil {
		p.changed.Wait()
	}
	return p.err
}

func (p *publisher) close() error {
	err := p.flush()
	p.mu.Lock()
	p.closed = true
	p.changed.Broadcast()
	p.mu.Unlock()
	<-p.done
	return err
}

func (p *publisher) run() {
	defer close(p.done)
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		for !p.closed && p.waiting == nil {
			p.changed.Wait()
		}
		if p.closed {
			return
		}
		x := p.waiting
		p.waiting, p.queued, p.working = nil, 0, true
		p.mu.Unlock()
		err := p.publish(x)
		p.mu.Lock()
		p.working = false
		if p.err = err; err != nil {
			// The records are safe; the next batch tries again.
			later := p.waiting
			p.waiting, p.queued = nil, 0
			p.merge(*x)
			if later != nil {
				p.merge(*later)
			}
		}
		p.changed.Broadcast()
		for err != nil && !p.closed && p.waiting.head == x.head {
			p.changed.Wait()
		}
	}
}

func (p *publisher) publish(x *publication) error {
	if err := p.writeAll(append(x.partial, x.full...)); err != nil {
		return fmt.Errorf("writing the tree: %w", err)
	}
	if err := p.checkpoint(x.head); err != nil {
		return err
	}
	for i := range x.full {
		// Nobody needs what is part of a complete tile now.
		dir := filepath.Join(p.j.dir, filepath.FromSlash(x.full[i].path())+".p")
		if err := p.j.opt.Files.RemoveAll(dir); err != nil {
			return fmt.Errorf("removing partial tiles: %w", err)
		}
		delete(p.dirs, dir)
	}
	if x.settled <= p.settled {
		return nil
	}
	if err := p.j.opt.Files.SyncTree(p.j.dir); err != nil {
		return fmt.Errorf("making the tree durable: %w", err)
	}
	p.settled = x.settled
	return replaceFile(p.j.opt.Files, filepath.Join(p.j.dir, settledFile), fmt.Appendf(nil, "%d\n", x.settled), true)
}

// writers is how many tiles are written at once: what takes time is waiting
// for the file system to make files.
const writers = 4

func (p *publisher) writeAll(tiles []tile) error {
	paths := make([]string, len(tiles))
	for i := range tiles {
		paths[i] = filepath.Join(p.j.dir, filepath.FromSlash(tiles[i].path()))
		if dir := filepath.Dir(paths[i]); !p.dirs[dir] {
			if err := p.j.opt.Files.MkdirAll(dir, 0o755); err != nil {
				return err
			}
			p.dirs[dir] = true
		}
	}
	errs := make([]error, min(writers, len(tiles)))
	var wg sync.WaitGroup
	for w := range errs {
		wg.Go(func() {
			for i := w; i < len(tiles) && errs[w] == nil; i += len(errs) {
				errs[w] = writeFile(p.j.opt.Files, paths[i], tiles[i].data, false)
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// checkpoint signs a head.
func (p *publisher) checkpoint(head Head) error {
	key := p.j.opt.Key
	if key == nil {
		return nil
	}
	path := filepath.Join(p.j.dir, checkpointFile)
	signed, err := key.Sign(Checkpoint{Origin: key.Name(), Head: head})
	if err == nil {
		err = replaceFile(p.j.opt.Files, path, signed, true)
	}
	if err == nil {
		err = p.publicKey(key)
	}
	if err != nil {
		return fmt.Errorf("writing the checkpoint: %w", err)
	}
	return nil
}

// publicKey leaves the public key beside the checkpoint, once.
func (p *publisher) publicKey(key *Key) error {
	path := filepath.Join(p.j.dir, PublicKeyFile)
	if p.dirs[path] {
		return nil
	}
	if _, err := readFile(p.j.opt.Files, path); err == nil || !errors.Is(err, fs.ErrNotExist) {
		p.dirs[path] = true
		return err
	}
	p.dirs[path] = true
	return replaceFile(p.j.opt.Files, path, []byte(key.Public()+"\n"), true)
}
