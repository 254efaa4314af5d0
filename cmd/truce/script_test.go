package main

import (
	"bufio"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"truce": func() { os.Exit(run()) }})
}

// TestScripts runs what users type; see testdata/script.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: filepath.Join("testdata", "script"), Setup: setup, RequireExplicitExec: true, RequireUniqueNames: true, Cmds: commands()})
}

// setup gives scripts the repository and, where it is there, the real data.
func setup(e *testscript.Env) error {
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		return err
	}
	data := os.Getenv("TRUCE_DATA")
	if data == "" {
		data = filepath.Join(filepath.Dir(root), "shared", "data")
	}
	e.Setenv("REPO", root)
	e.Setenv("DATA", data)
	return nil
}

func commands() map[string]func(ts *testscript.TestScript, neg bool, args []string) {
	return map[string]func(ts *testscript.TestScript, neg bool, args []string){
		// first FILE NAME PATTERN sets NAME to the first match in a file.
		"first": func(ts *testscript.TestScript, neg bool, args []string) {
			found := regexp.MustCompile(args[2]).FindString(ts.ReadFile(args[0]))
			if found == "" {
				ts.Fatalf("%s has nothing like %s", args[0], args[2])
			}
			ts.Setenv(args[1], found)
		},
		// replace FILE OLD NEW changes the first OLD in a file, of any kind.
		"replace": func(ts *testscript.TestScript, neg bool, args []string) {
			path := ts.MkAbs(args[0])
			data, err := os.ReadFile(path)
			ts.Check(err)
			changed := bytes.Replace(data, []byte(args[1]), []byte(args[2]), 1)
			if bytes.Equal(changed, data) {
				ts.Fatalf("%s holds no %q", args[0], args[1])
			}
			ts.Check(os.WriteFile(path, changed, 0o644))
		},
		// serving ARGS… runs truce serve on a free port until the script ends, and
		// sets SERVER to where.
		"serving": func(ts *testscript.TestScript, neg bool, args []string) {
			cmd := exec.Command("truce", append(args, "--listen", "127.0.0.1:0")...)
			if path := filepath.Join(filepath.SplitList(ts.Getenv("PATH"))[0], "truce"); cmd.Err != nil {
				cmd.Path, cmd.Err = path, nil
			}
			cmd.Dir, cmd.Env = ts.MkAbs("."), append(os.Environ(), "PATH="+ts.Getenv("PATH"))
			out, err := cmd.StdoutPipe()
			ts.Check(err)
			ts.Check(cmd.Start())
			ts.Defer(func() { // whatever became of it, it ends
				_ = cmd.Process.Signal(os.Interrupt)
				_ = cmd.Wait()
			})
			line, err := bufio.NewReader(out).ReadString('\n')
			ts.Check(err)
			ts.Setenv("SERVER", strings.TrimSuffix(strings.TrimSpace(line), "/"))
		},
		// captured NAME sets NAME to what the last command printed.
		"captured": func(ts *testscript.TestScript, neg bool, args []string) {
			ts.Setenv(args[0], strings.TrimSpace(ts.ReadFile("stdout")))
		},
		// code N COMMAND… runs a command and wants its exit code.
		"code": func(ts *testscript.TestScript, neg bool, args []string) {
			err := ts.Exec(args[1], args[2:]...)
			got := "0"
			if err != nil {
				got = strings.TrimPrefix(err.Error(), "exit status ")
			}
			if got != args[0] {
				ts.Fatalf("exit code %s; want %s", got, args[0])
			}
		},
	}
}

// Every command says how it is used.
func TestEveryCommandHasAnExample(t *testing.T) {
	c := &cli{out: os.Stdout, err: os.Stderr}
	root := c.root()
	for _, cmd := range append(root.Commands(), root) {
		if cmd.Example == "" || cmd.Short == "" {
			t.Errorf("%s has no example or no short help", cmd.Name())
		}
		for _, sub := range cmd.Commands() {
			if sub.Example == "" {
				t.Errorf("%s %s has no example", cmd.Name(), sub.Name())
			}
		}
	}
}

// The commands of these pages are run as they are written.
func TestTutorial(t *testing.T) { runPage(t, "tutorial.md", 8) }

func TestAuditPage(t *testing.T) { runPage(t, "audit.md", 10) }

func TestSimulatePage(t *testing.T) { runPage(t, "simulate.md", 5) }

func TestCaseworkPage(t *testing.T) { runPage(t, "casework.md", 20) }

func TestSitesPage(t *testing.T)       { runPage(t, "sites.md", 9) }
func TestCommitmentsPage(t *testing.T) { runPage(t, "commitments.md", 20) }

func TestSourcesPage(t *testing.T) { runPage(t, "sources.md", 8) }

func TestAPIPage(t *testing.T) {
	for _, tool := range []string{"curl", "ogrinfo"} {
		if _, err := exec.LookPath(tool); err != nil && os.Getenv("CI") == "" {
			t.Skipf("%s is not here: the page's commands are not run", tool)
		}
	}
	runPage(t, "api.md", 20)
}

func TestStatementsPage(t *testing.T) { runPage(t, "statements.md", 10) }

// runPage runs the commands of a page, which has at least so many lines of them.
func runPage(t *testing.T, name string, least int) {
	t.Helper()
	if testing.Short() && name != "tutorial.md" && name != "api.md" {
		t.Skip("the short run is the one with the race detector, and these commands do one thing after the other")
	}
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", name))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	script, files := tutorial(t, string(page))
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if strings.Count(script, "\n") < least {
		t.Fatalf("only these commands were found:\n%s", script)
	}
	if err := os.WriteFile(filepath.Join(dir, "page.txtar"), []byte(script+txtar(files)), 0o644); err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{Files: []string{filepath.Join(dir, "page.txtar")}, Setup: setup, RequireExplicitExec: true, Cmds: commands()})
}

// tutorial turns a page into a script: a block ```console holds lines "$ command",
// each followed by lines of its output, of which each must be in the true one;
// a block ```csv NAME or ```yaml NAME is a file.
func tutorial(t *testing.T, page string) (script string, files map[string]string) {
	t.Helper()
	files = map[string]string{}
	blocks := regexp.MustCompile("(?ms)^```(\\w+) ?([\\w.-]*)\n(.*?)^```").FindAllStringSubmatch(page, -1)
	captured := regexp.MustCompile(`^(\w+)=\$\((.*)\)$`)
	var b strings.Builder
	for _, m := range blocks {
		kind, name, text := m[1], m[2], m[3]
		if kind != "console" {
			if name != "" {
				files[name] = text
			}
			continue
		}
		for _, line := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
			command, ok := strings.CutPrefix(line, "$ ")
			switch {
			case ok && strings.Contains(command, " # exit "):
				command, code, _ := strings.Cut(command, " # exit ")
				b.WriteString("code " + code + " " + command + "\n")
			case ok && strings.HasSuffix(command, " &"):
				b.WriteString("serving " + strings.TrimSuffix(strings.TrimPrefix(command, "truce "), " &") + "\n")
			case ok && captured.MatchString(command):
				b.WriteString(captured.ReplaceAllString(command, "exec $2\ncaptured $1\n"))
			case ok && strings.HasPrefix(command, "cp "):
				b.WriteString(command + "\n")
			case ok:
				b.WriteString("exec " + command + "\n")
			case strings.TrimSpace(line) != "" && line != "…":
				b.WriteString("stdout '" + strings.ReplaceAll(regexp.QuoteMeta(strings.TrimSpace(line)), "'", ".") + "'\n")
			}
		}
	}
	script = strings.ReplaceAll(b.String(), "examples/", "$REPO/examples/")
	// Only single quotes quote in a script, and keep variables from being seen.
	script = regexp.MustCompile(`"([^"$\n]*)(\$\w+)"`).ReplaceAllString(script, "'$1'$2")
	return strings.NewReplacer("'http://127.0.0.1:8734", "$SERVER'", "http://127.0.0.1:8734", "$SERVER").Replace(script), files
}

func txtar(files map[string]string) string {
	var b strings.Builder
	for name, text := range files {
		b.WriteString("-- " + name + " --\n" + text)
	}
	return b.String()
}
