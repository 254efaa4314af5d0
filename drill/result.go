package drill

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/report"
)

// result sums the drill up, verifies the journal, and says what did not happen.
func (d *drill) result(ctx context.Context) (*Result, error) {
	r := &Result{Dir: d.dir}
	must := func(holds bool, what string) {
		if !holds {
			r.Missed = append(r.Missed, what)
		}
	}
	terms := d.app.Agreement()
	must(!d.top.IsZero(), "the ladder's top level was not reached")
	if !d.top.IsZero() {
		day, err := report.DayOf(d.top, terms.Report.Cutoff, terms.Location())
		if err != nil {
			return nil, err
		}
		r.Day = day
	}
	list, err := d.app.Notices(ctx)
	if err != nil {
		return nil, err
	}
	attempts := 0
	for i := range list {
		n := &list[i]
		must(n.State == app.NoticeSent || n.State == app.NoticeAcknowledged, fmt.Sprintf("notice %s is %s", n.ID, n.State))
		must(d.receiver.taken[n.ID] == n.Contact, fmt.Sprintf("notice %s did not arrive at %s", n.ID, n.Contact))
		attempts += n.Attempts
	}
	must(len(list) > 0, "nobody was told of anything")
	must(d.receiver.failed == 2, fmt.Sprintf("the receiver failed %d times instead of twice", d.receiver.failed))
	must(attempts == len(list)+2, fmt.Sprintf("%d notices took %d attempts", len(list), attempts))
	must(len(d.receiver.wrong) == 0, strings.Join(d.receiver.wrong, "; "))
	must(d.receiver.cap > 0, "no CAP message came")
	for _, role := range []string{"watch-officer", "verifier", "party-liaison", "publisher"} {
		must(d.roles[role], "nobody decided as "+role)
	}
	due := terms.Escalation.Levels[len(terms.Escalation.Levels)-1].Due
	for _, id := range due {
		must(d.due[id], "the commitment "+id+" did not fall due")
	}
	decisions, err := d.app.Decisions(ctx, "", "")
	if err != nil {
		return nil, err
	}
	count := map[string]int{}
	for i := range decisions {
		count[decisions[i].What]++
	}
	status, err := d.app.Status(ctx)
	if err != nil {
		return nil, err
	}
	t := status.Totals
	if err := d.app.Close(); err != nil {
		return nil, err
	}
	d.app = nil
	v, err := app.Verify(ctx, d.dir, app.VerifyOptions{Options: d.opt})
	if err != nil {
		return nil, err
	}
	must(v.Wrong == "", "verify: "+v.Wrong)
	if d.err == nil {
		_, d.err = fmt.Fprintf(d.out, `
%d reports became %d incidents and %d findings, %d of them of breach.
%d moves of levels, %d notices in %d attempts, %d acknowledgements, %d steps of a case,
decided by %s.
All of it is in the journal: %d records, verified: %s.
`, d.reports, t.Incidents, t.Findings, t.Breaches, count[app.DecisionLevel], len(list), attempts, count[app.DecisionAck], count[app.DecisionCase],
			strings.Join(sorted(d.roles), ", "), v.Records, sound(v))
	}
	return r, d.err
}

func sound(v *app.Verification) string {
	if v.Wrong != "" {
		return "wrong: " + v.Wrong
	}
	return "nothing is missing and nothing was changed"
}

func sorted(set map[string]bool) []string {
	var out []string
	for k := range set {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
