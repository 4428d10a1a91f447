package experiments_test

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"espalier/backend"
	"espalier/data"
	"espalier/experiments"
	"espalier/lth"
	"espalier/nn"
	"espalier/nn/weightfile"
	"espalier/train"
)

// accuracyOn is the accuracy of a network on the test images of the digits.
func accuracyOn(t *testing.T, n *nn.Network, weights nn.Weights) float64 {
	t.Helper()
	chosen, err := backend.New("")
	if err != nil {
		t.Fatal(err)
	}
	digits, err := data.Open(t.Context(), "digits", "")
	if err != nil {
		t.Fatal(err)
	}
	_, accuracy, err := train.Evaluate(t.Context(), chosen.Backend, n, weights, digits.Test, digits.Normalisation, 0)
	if err != nil {
		t.Fatal(err)
	}
	return accuracy
}

// checkTickets reads every network of some results back, and holds its accuracy to what
// was measured. It returns those of a method by level.
func checkTickets(t *testing.T, store *experiments.Store, results []*experiments.Result) map[string]map[int]*experiments.Ticket {
	t.Helper()
	tickets := make(map[string]map[int]*experiments.Ticket)
	for _, result := range results {
		method := result.Desc.Method
		tickets[method] = make(map[int]*experiments.Ticket)
		for _, m := range result.Measurements {
			ticket, err := store.Ticket(result.Desc, m.Level)
			if err != nil {
				t.Errorf("%s level %d: %v", method, m.Level, err)
				continue
			}
			tickets[method][m.Level] = ticket
			if got, want := accuracyOn(t, ticket.Network, ticket.Weights), float64(m.Metrics[experiments.TestAccuracy]); got != want {
				t.Errorf("%s level %d classifies %v of the test images right; measured were %v", method, m.Level, got, want)
			}
			if err := ticket.Mask.Fits(ticket.Network); err != nil {
				t.Errorf("%s level %d: %v", method, m.Level, err)
			}
			checkExport(t, ticket)
		}
	}
	return tickets
}

// checkExport writes a ticket and reads it back.
func checkExport(t *testing.T, ticket *experiments.Ticket) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ticket.npz")
	if err := ticket.Export(path); err != nil {
		t.Error(err)
		return
	}
	file, err := weightfile.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	weights, err := file.Weights(ticket.Network)
	if err != nil || !weights.Equal(ticket.Weights) {
		t.Errorf("%s level %d: other weights are read than were written (%v)", ticket.Desc, ticket.Level, err)
	}
	masks, err := file.Masks(ticket.Network)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range ticket.Mask.Names() {
		if !slices.Equal(slices.Collect(masks.Live(name)), slices.Collect(ticket.Mask.Live(name))) {
			t.Errorf("%s level %d: another mask of %s is read than was written", ticket.Desc, ticket.Level, name)
		}
	}
}

// Networks of tickets and controls, whole and shrunk, those trained as others too, are
// what was measured.
func TestTicketsAreReadBack(t *testing.T) {
	store := experiments.OpenStore(t.TempDir())
	plan := tinyStructural(t, map[string]string{"methods": "tickets,refill,one-shot,dense"})
	for i := range plan.Cells {
		plan.Cells[i].Time = nil // which takes most of the time
	}
	results, err := experiments.Runner{Store: store}.Run(t.Context(), plan.Cells)
	if err != nil {
		t.Fatal(err)
	}
	tickets := checkTickets(t, store, results)
	if refill, whole := tickets["refill"][2], tickets[experiments.Dense][0]; nn.CostOf(refill.Network, nil).MACs >= nn.CostOf(whole.Network, nil).MACs {
		t.Error("Refill's network is not the shrunk one that was trained")
	}
	if ticket := tickets[lth.Tickets][2]; math.Abs(ticket.Mask.Density()-float64(ticket.Metrics[experiments.Remaining])) > 1e-12 {
		t.Errorf("the ticket's mask has the density %v", ticket.Mask.Density())
	}
	if !tickets["one-shot"][1].Weights.Equal(tickets[lth.Tickets][1].Weights) {
		t.Error("one-shot's first level is not the ticket's")
	}
	facts := tickets["refill"][1].Model().Metadata
	for name, want := range map[string]string{
		"cell": results[1].Desc.Digest(), "method": "refill", "level": "1", "option width": "0.5",
		"normalisation": "Normalisation{Mean:[0.30774823] Deviation:[0.37728035]}", "commit": results[1].Provenance.Commit,
	} {
		if !strings.HasPrefix(facts[name], want) {
			t.Errorf("metadata: %s is %q, want %q", name, facts[name], want)
		}
	}
}

func TestSoftAndThinnedNetworksAreReadBack(t *testing.T) {
	if testing.Short() {
		t.Skip("not training two experiments' networks, which takes seconds, and minutes under the race detector: -short is set")
	}
	below := map[string]string{"width": "0.5", "length": "30it", "validation": "100", "evaluate-every": "15it"}
	store := experiments.OpenStore(t.TempDir())
	plan := planned(t, "lth/soft", 1, below, map[string]string{"rates": "0.3,0.31", "methods": "soft-filters,soft-filters-pretrained,hard-filters,dense"})
	results, err := experiments.Runner{Store: store}.Run(t.Context(), plan.Cells)
	if err != nil {
		t.Fatal(err)
	}
	for _, ticket := range checkTickets(t, store, results)[lth.SoftFilterPruning] {
		small, err := ticket.Shrink()
		if err != nil {
			t.Fatal(err)
		}
		checkExport(t, small)
		if got, want := accuracyOn(t, small.Network, small.Weights), float64(ticket.Metrics[experiments.ShrunkAccuracy]); got != want || small.Network == ticket.Network {
			t.Errorf("shrunk, level %d classifies %v of the test images right; measured were %v", ticket.Level, got, want)
		}
	}
	plan = planned(t, "lth/scratch", 1, below, map[string]string{"methods": "l1-filters-fine-tune,slimming-scratch-e,dense", "tuning-length": "4it"})
	if results, err = (experiments.Runner{Store: store}).Run(t.Context(), plan.Cells); err != nil {
		t.Fatal(err)
	}
	checkTickets(t, store, results)
}

func TestTicketRefuses(t *testing.T) {
	store := experiments.OpenStore(t.TempDir())
	plan := tiny(t, map[string]string{"methods": "tickets", "levels": "1"})
	results, err := experiments.Runner{Store: store}.Run(t.Context(), plan.Cells[:1])
	if err != nil {
		t.Fatal(err)
	}
	done := results[0].Desc
	unfinished := plan.Cells[1].Desc
	of := func(experiment string) experiments.Desc {
		d := done
		d.Experiment = experiment
		return d
	}
	for _, bad := range []struct {
		desc  experiments.Desc
		level int
		want  string
	}{
		{done, 7, "has no level 7: there are 0, 1"},
		{unfinished, 0, "the cell is not finished"},
		{of("cgp/tickets"), 0, "keep what was measured and not the weights of their graph networks"},
		{of("nn/nothing"), 0, "no experiment is called"},
	} {
		if _, err := store.Ticket(bad.desc, bad.level); err == nil || !containsOneLine(err, bad.want) {
			t.Errorf("got %v, want %s", err, bad.want)
		}
	}
	if _, err := store.Ticket(unfinished, 0); !errors.Is(err, experiments.ErrNotFinished) {
		t.Errorf("unfinished: %v", err)
	}
	level := filepath.Join(store.CellFolder(done), "study", "level-01")
	other := filepath.Join(store.CellFolder(done), "study", "level-00")
	if err := os.Rename(level, level+"-away"); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Ticket(done, 1); err == nil || !containsOneLine(err, "run the cell again") {
		t.Errorf("without its files: %v", err)
	}
	if err := os.Rename(other, level); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Ticket(done, 1); err == nil || !containsOneLine(err, "they are of two runs; remove "+store.CellFolder(done)+" and run the cell again") {
		t.Errorf("with another training: %v", err)
	}
}

func TestOneSaysWhatToChooseBy(t *testing.T) {
	var results []*experiments.Result
	for i, cell := range tiny(t, map[string]string{"methods": "tickets,one-shot"}).Cells {
		results = append(results, &experiments.Result{Desc: cell.Desc})
		if i == 0 {
			if one, err := experiments.One(results); err != nil || one != results[0] {
				t.Errorf("of one: %v, %v", one, err)
			}
		}
	}
	_, err := experiments.One(results)
	if err == nil || err.Error() != "there are 4 such results; choose one by --scale or --set: method=tickets|one-shot, seed=1|2" {
		t.Errorf("of four: %v", err)
	}
}
