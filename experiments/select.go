package experiments

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// ParseSet reads assignments name=value, as `--set` takes them.
func ParseSet(assignments []string) (map[string]string, error) {
	set := make(map[string]string, len(assignments))
	for _, assignment := range assignments {
		name, value, found := strings.Cut(assignment, "=")
		if !found || name == "" {
			return nil, &UsageError{fmt.Sprintf("--set %s: expected name=value", assignment)}
		}
		if before, twice := set[name]; twice {
			return nil, &UsageError{fmt.Sprintf("--set %s: %s is set to %s already", assignment, name, before)}
		}
		set[name] = value
	}
	return set, nil
}

// Selection says which finished cells of an experiment to choose.
type Selection struct {
	Experiment string
	Scale      Scale // empty: all
	// Set are values that hyper-parameters must have. data and network may list
	// several; method, seed and scale can be given too.
	Set map[string]string
}

// Select returns the finished cells of a store that a selection chooses. If there are
// none, the error is a *NoResultsError.
func (s *Store) Select(selection Selection) ([]*Result, error) {
	e, err := Find(selection.Experiment)
	if err != nil {
		return nil, err
	}
	matches, err := e.matcher(selection)
	if err != nil {
		return nil, err
	}
	results, err := s.results(matches)
	if err != nil {
		return nil, err
	}
	if len(results) == 0 {
		return nil, &NoResultsError{Selection: selection, Folder: s.folder}
	}
	return results, nil
}

// NoResultsError says that no finished cell matches a selection.
type NoResultsError struct {
	Selection Selection
	Folder    string
}

// Error says how to get the results.
func (e *NoResultsError) Error() string {
	return fmt.Sprintf("there are no such results of %s in %s: run `%s` first", e.Selection.Experiment, e.Folder, e.Selection.command())
}

// Missing marks the error as one about something that is not there yet.
func (e *NoResultsError) Missing() {}

// command is what runs the cells that the selection chooses.
func (s Selection) command() string {
	command := "espalier run " + s.Experiment
	if s.Scale != "" {
		command += " --scale " + string(s.Scale)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Set)) {
		switch value := s.Set[name]; name {
		case "experiment":
		case "scale":
			command += " --scale " + value
		case "seed":
			command += " --seeds " + value // which are the first ones
		default:
			assignment := s.setting(name) + "=" + value
			if strings.ContainsAny(assignment, " ()*;") {
				assignment = "'" + assignment + "'"
			}
			command += " --set " + assignment
		}
	}
	return command
}

// setting is the hyper-parameter that has cells take a value under a name: that of the
// name, or a list from which each cell has one.
func (s Selection) setting(name string) string {
	e, err := Find(s.Experiment)
	if err != nil {
		return name
	}
	fields, err := Fields(e.Options())
	if err != nil {
		return name // a test checks that no experiment's options are so
	}
	for _, field := range fields {
		if field.Name == name {
			return cmp.Or(field.SetBy(), name)
		}
	}
	return name + "s" // methods, networks
}

// matcher returns what tells whether a description is meant by a selection.
func (e *Experiment) matcher(selection Selection) (func(Desc) bool, error) {
	wanted := make(map[string]string, len(selection.Set))
	for name, value := range selection.Set {
		canonical, err := e.canonical(name, value)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.Name, err)
		}
		wanted[name] = canonical
	}
	defaults := e.defaults()
	return func(d Desc) bool {
		if d.Experiment != e.Name || selection.Scale != "" && d.Scale != selection.Scale {
			return false
		}
		for name, value := range wanted {
			has, ok := d.text(name)
			if !ok {
				has = defaults[name]
			}
			if !slices.Contains(strings.Split(value, ","), has) && value != has {
				return false
			}
		}
		return true
	}, nil
}

// canonical is the canonical text of a value for one of the names that a selection
// can set.
func (e *Experiment) canonical(name, value string) (string, error) {
	options := e.Options()
	if err := Reset(options); err != nil {
		return "", err
	}
	fields, err := Fields(options)
	if err != nil {
		return "", err
	}
	names := slices.Clone(reserved)
	for _, field := range fields {
		if field.Name == name {
			if err := field.Set(value); err != nil {
				return "", err
			}
			return field.Text(), nil
		}
		names = append(names, field.Name)
	}
	switch {
	case name == "method":
		var names []string
		for _, method := range e.Methods {
			names = append(names, method.Name)
		}
		for method := range strings.SplitSeq(value, ",") {
			if !slices.Contains(names, method) {
				return "", unknown("method", method, names)
			}
		}
		return value, nil
	case name == "seed":
		if _, err := strconv.ParseUint(value, 10, 64); err != nil {
			return "", &UsageError{fmt.Sprintf("seed=%s: expected a whole number", value)}
		}
		return value, nil
	case slices.Contains(reserved, name):
		return value, nil
	default:
		slices.Sort(names)
		return "", unknown("hyper-parameter", name, slices.Compact(names))
	}
}

// value is the text that a description has under a name, a hyper-parameter's
// default where it does not say.
func (e *Experiment) value(d Desc, name string) string {
	if text, ok := d.text(name); ok {
		return text
	}
	return e.defaults()[name]
}

// text is what a description says under a name.
func (d Desc) text(name string) (string, bool) {
	switch name {
	case "experiment":
		return d.Experiment, true
	case "scale":
		return string(d.Scale), true
	case "data":
		return d.Data, true
	case "network":
		return d.Network, true
	case "method":
		return d.Method, true
	case "seed":
		return strconv.FormatUint(uint64(d.Seed), 10), true
	}
	text, ok := d.Options[name]
	return text, ok
}

// defaults are the canonical texts of the hyper-parameters' defaults.
func (e *Experiment) defaults() map[string]string {
	defaults := make(map[string]string)
	fields, err := Fields(e.Options())
	if err != nil {
		return defaults // a test checks that no experiment's options are so
	}
	for _, field := range fields {
		if text, err := field.canonical(field.Default); err == nil {
			defaults[field.Name] = text
		}
	}
	return defaults
}

// Option is the value that a hyper-parameter had, its default where the setting
// does not say.
func (s Summary) Option(name string) string {
	e, err := Find(s.Setting.Experiment)
	if err != nil {
		return s.Setting.Options[name]
	}
	return e.value(s.Setting, name)
}

// sameSetting returns the one setting of sorted summaries that differ at most in
// the data, or an error that lists what there is to choose from.
func sameSetting(summaries []Summary) error {
	var titles []string
	for _, group := range BySetting(summaries) {
		setting := group[0].Setting
		setting.Data = ""
		title := strings.TrimSuffix(settingTitle(setting), " on ")
		title = strings.ReplaceAll(title, " on  (", " (")
		if !slices.Contains(titles, title) {
			titles = append(titles, title)
		}
	}
	if len(titles) > 1 {
		return &UsageError{fmt.Sprintf("there are results of %d settings; choose one by --scale or --set: %s",
			len(titles), strings.Join(titles, "; "))}
	}
	return nil
}

// sortLevels sorts summaries of one method by level.
func sortLevels(summaries []Summary) {
	slices.SortFunc(summaries, func(a, b Summary) int { return cmp.Compare(a.Level, b.Level) })
}
