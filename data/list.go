package data

import "errors"

// Entry is what List says about a set.
type Entry struct {
	Name     string   `json:"name"`
	Title    string   `json:"title"`
	Licence  string   `json:"licence"`
	Home     string   `json:"home"`
	Train    int      `json:"train"` // number of images
	Test     int      `json:"test"`
	Height   int      `json:"height"`
	Width    int      `json:"width"`
	Channels int      `json:"channels"`
	Classes  int      `json:"classes"`
	Found    string   `json:"found"`             // "built in", the folder of the files, or empty if they are not there
	Missing  []string `json:"missing,omitempty"` // files that are not in the folder
}

// HowToGet says how to get the set's files: by which command.
func (e Entry) HowToGet() string { return getCommand(e.Name) }

// List says which sets of images there are, and which of them dir has (one data folder
// or several separated as in PATH). It looks for the files, but does not read them.
func List(dir string) ([]Entry, error) {
	var entries []Entry
	for _, name := range Names() {
		d, _ := imageSets.Get(name)
		entry, err := d.entry(dir)
		if err != nil {
			return nil, err
		}
		entries = append(entries, entry)
	}
	return entries, nil
}

func (d *definition) entry(dir string) (Entry, error) {
	e := Entry{
		Name: d.name, Title: d.source.Title, Licence: d.source.Licence, Home: d.source.Home,
		Train: d.train, Test: d.test,
		Height: d.description.Height, Width: d.description.Width, Channels: d.description.Channels,
		Classes: len(d.description.Classes),
	}
	var err error
	e.Found, e.Missing, err = d.whereabouts(dir)
	return e, err
}

// whereabouts tells where a set was found, or nothing, and which of its files are
// not there.
func (d *origin) whereabouts(dir string) (found string, lacking []string, err error) {
	p, err := d.locate(dir)
	var missing *MissingError
	if errors.As(err, &missing) {
		return "", nil, nil
	}
	if err != nil {
		return "", nil, err
	}
	defer p.close()
	for _, f := range d.source.Files {
		_, _, err := p.stat(f)
		if errors.As(err, &missing) {
			lacking = append(lacking, f.Name)
		} else if err != nil {
			return p.where(), lacking, err
		}
	}
	return p.where(), lacking, nil
}
