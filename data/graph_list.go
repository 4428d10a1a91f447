package data

// GraphEntry is what ListGraphs says about a graph.
type GraphEntry struct {
	Name    string `json:"name"`
	Title   string `json:"title"`
	Licence string `json:"licence"`
	Home    string `json:"home"`
	GraphSize
	Found   string   `json:"found"`             // "built in", the folder of the files, or empty if they are not there
	Missing []string `json:"missing,omitempty"` // files that are not in the folder
	ByHand  bool     `json:"by_hand,omitempty"` // Get cannot fetch it; Home has it
}

// HowToGet says how to get the graph's files: by which command, or from where by hand.
func (e GraphEntry) HowToGet() string {
	if e.ByHand {
		return "by hand from " + e.Home
	}
	return getCommand(e.Name)
}

// ListGraphs says which graphs there are, and which of them dir has, as List does for
// images.
func ListGraphs(dir string) ([]GraphEntry, error) {
	var entries []GraphEntry
	for _, name := range GraphNames() {
		d, _ := graphs.Get(name)
		e := GraphEntry{
			Name: name, Title: d.source.Title, Licence: d.source.Licence, Home: d.source.Home,
			GraphSize: d.size, ByHand: d.byHand() != "",
		}
		var err error
		if e.Found, e.Missing, err = d.whereabouts(dir); err != nil {
			return nil, err
		}
		entries = append(entries, e)
	}
	return entries, nil
}

// SizeOfGraph is how large a graph that has a name is, whether its files are there or not,
// or an *UnknownError.
func SizeOfGraph(name string) (GraphSize, error) {
	d, err := findGraph(name)
	if err != nil {
		return GraphSize{}, err
	}
	return d.size, nil
}
