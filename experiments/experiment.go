package experiments

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"espalier/internal/registry"
)

// Experiment is one paper's question, in a form that can be run.
type Experiment struct {
	// Name is package/question, as in lth/tickets.
	Name string
	// Title heads its figures.
	Title    string
	Question string
	Paper    string
	// Methods are in the order of tables; the first is the one that the
	// experiment is about.
	Methods []Method
	Presets map[Scale]Preset
	// Refine says what the scale paper sets besides, for the network and the data that
	// the options, by pointer, have; nil where the protocol is the same for all.
	Refine func(options any) (map[string]string, error)
	// Options returns a new options struct, by pointer; Fields describes its
	// hyper-parameters. Its defaults are the paper's.
	Options func() any
	// Cells lists the cells of a setting, each after those it needs.
	Cells func(Setting) ([]Cell, error)
	// Cost is what a setting takes.
	Cost func(Setting) (Cost, error)
	// Trained says where a store keeps the trained network of a cell's level: the folder of
	// a level of package lth, and those of the levels that it may have been trained as; see
	// lth.ReadLevel. nil: cells keep no weights.
	Trained func(s *Store, d Desc, level int) (folder string, like []string, err error)
	// Columns are the metrics that tables show, in their order.
	Columns []Column
	// Published are the numbers that the paper prints.
	Published []Published
	// Protocol names the hyper-parameters that must be those of the scale paper for a
	// published number to stand beside a result.
	Protocol []string
	// Bands are what the project holds its own results to.
	Bands []Band
}

// define completes an experiment by its options struct, which lists the cells of a setting
// and counts what they cost.
func define[O any, P interface {
	*O
	cells(Setting) ([]Cell, error)
	cost(Setting) (Cost, error)
}](e Experiment) *Experiment {
	e.Options = func() any { return new(O) }
	e.Cells = func(s Setting) ([]Cell, error) { return s.Options.(P).cells(s) }
	e.Cost = func(s Setting) (Cost, error) { return s.Options.(P).cost(s) }
	return &e
}

// Method is one of the methods that an experiment compares.
type Method struct {
	Name, Title string
	// Help says in one line what it does.
	Help string
}

// Dense is the name that every experiment gives to the network before pruning.
const Dense = "dense"

// Preset is what a scale sets: hyper-parameters by name, and how many seeds.
type Preset struct {
	Set   map[string]string
	Seeds int
}

// Setting is an experiment's hyper-parameters, all set, with the seeds to run.
type Setting struct {
	Experiment *Experiment
	Scale      Scale
	Seeds      int
	// Options is the experiment's own options struct, by pointer.
	Options any
}

// Cost is what running a setting takes, as known beforehand.
type Cost struct {
	Cells, Iterations int
	// Minutes is an estimate for two cores with the default backend.
	Minutes float64
}

// Request asks for an experiment.
type Request struct {
	Experiment string
	Scale      Scale // empty is Smoke
	Seeds      int   // 0 is as many as the scale says
	// Set are hyper-parameters by name, over those of the scale.
	Set map[string]string
}

// Plan is the cells that a request needs.
type Plan struct {
	Setting
	Cells []Cell
}

// registered has the experiments, by one init function for each paper; a test checks
// every one.
var registered = registry.New[*Experiment]("experiment")

func register(e *Experiment) { registered.Register(e.Name, e) }

// All lists the experiments, sorted by name.
func All() []*Experiment {
	var all []*Experiment
	for _, name := range registered.Names() {
		e, _ := registered.Get(name)
		all = append(all, e)
	}
	return all
}

// Find returns the experiment of a name.
func Find(name string) (*Experiment, error) {
	e, err := registered.Lookup(name)
	if err != nil {
		return nil, &UsageError{err.Error()}
	}
	return e, nil
}

// Setting returns the hyper-parameters of a scale with some set by name. Seeds
// below 1 are as many as the scale says.
func (e *Experiment) Setting(scale Scale, seeds int, set map[string]string) (Setting, error) {
	preset, ok := e.Presets[scale]
	if !ok {
		return Setting{}, &UsageError{fmt.Sprintf("%s has no scale %q", e.Name, scale)}
	}
	options := e.Options()
	if err := Reset(options); err != nil {
		return Setting{}, err
	}
	if err := setAll(options, preset.Set, set); err != nil {
		return Setting{}, fmt.Errorf("%s: %w", e.Name, err)
	}
	if scale == Paper && e.Refine != nil {
		refined, err := e.Refine(options)
		if err == nil {
			err = setAll(options, refined, set)
		}
		if err != nil {
			return Setting{}, fmt.Errorf("%s: %w", e.Name, err)
		}
	}
	if seeds < 1 {
		seeds = preset.Seeds
	}
	return Setting{Experiment: e, Scale: scale, Seeds: seeds, Options: options}, nil
}

// setAll sets hyper-parameters by name, those of later maps over those before.
func setAll(options any, all ...map[string]string) error {
	for _, changes := range all {
		for _, name := range slices.Sorted(maps.Keys(changes)) {
			if err := Set(options, name, changes[name]); err != nil {
				return err
			}
		}
	}
	return nil
}

// standard is what a scale sets for the data and the network of a description.
func (e *Experiment) standard(scale Scale, d Desc) (Setting, error) {
	if e.Refine == nil {
		return e.Setting(scale, 0, nil)
	}
	return e.Setting(scale, 0, map[string]string{"data": d.Data, "network": d.Network})
}

// NewPlan turns a request into cells.
func NewPlan(request Request) (*Plan, error) {
	e, err := Find(request.Experiment)
	if err != nil {
		return nil, err
	}
	setting, err := e.Setting(cmp.Or(request.Scale, Smoke), request.Seeds, request.Set)
	if err != nil {
		return nil, err
	}
	cells, err := e.Cells(setting)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", e.Name, err)
	}
	return &Plan{Setting: setting, Cells: cells}, nil
}

// title is the method's title, or its name where it has none.
func (e *Experiment) title(method string) string {
	for _, m := range e.Methods {
		if m.Name == method {
			return m.Title
		}
	}
	return method
}

// order is the method's place among those of the experiment.
func (e *Experiment) order(method string) int {
	return slices.IndexFunc(e.Methods, func(m Method) bool { return m.Name == method })
}
