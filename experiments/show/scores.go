package show

import (
	"context"
	"maps"
	"strings"

	"espalier/experiments"
	"espalier/prune"
)

// NamedScore is a score to compare, from Own or Known.
type NamedScore struct {
	name  string
	score prune.Score // nil: the one registered under the name
}

// Own is a score written in the notebook, under a name of your choice.
func Own(name string, score prune.Score) NamedScore { return NamedScore{name, score} }

// Known is a score of package prune, by the name under which it is registered.
func Known(name string) NamedScore { return NamedScore{name: name} }

// CompareScores runs an experiment once with each of the scores and compares the
// test accuracy of its levels.
func CompareScores(request experiments.Request, scores ...NamedScore) (experiments.Comparison, error) {
	var all []*experiments.Result
	for _, s := range scores {
		name := s.name
		if s.score != nil {
			var err error
			if name, err = experiments.OwnScore(context.Background(), s.name, s.score); err != nil {
				return experiments.Comparison{}, err
			}
		}
		one := request
		one.Set = maps.Clone(request.Set)
		if one.Set == nil {
			one.Set = make(map[string]string)
		}
		one.Set["score"] = name
		results, err := Run(one)
		if err != nil {
			return experiments.Comparison{}, err
		}
		all = append(all, results...)
	}
	return experiments.Compare(all, "score", experiments.TestAccuracy, "test accuracy (%)")
}

// Comparison displays a comparison as a table.
func Comparison(c experiments.Comparison) error {
	var text strings.Builder
	if err := c.WriteMarkdown(&text); err != nil {
		return err
	}
	Markdown(text.String())
	return nil
}
