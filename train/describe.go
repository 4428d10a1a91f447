package train

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"reflect"
	"strings"

	"espalier/data"
	"espalier/nn"
)

// describe writes down all that a job's result depends on, one "name value" a
// line. What is at its zero value is left out, so that a field which is added
// later with a neutral zero leaves old descriptions as they are.
func (j Job) describe() string {
	o := j.Options
	var text strings.Builder
	line := func(name string, value any) {
		if v := reflect.ValueOf(value); v.IsValid() && !v.IsZero() {
			fmt.Fprintf(&text, "%s %s\n", name, canonical(v))
		}
	}
	line("network", describeNetwork(j.Network))
	line("weights", j.Weights.Digest())
	line("mask", j.describeMask())
	line("train", describeImages(j.Train))
	line("validation", describeImages(j.Validation))
	line("test", describeImages(j.Test))
	line("seed", j.Seed)
	line("length", o.Length)
	line("batch", o.BatchSize)
	line("optimizer", o.Optimizer)
	line("schedule", o.Schedule.String())
	line("augmentation", o.Augmentation)
	line("normalisation", o.Normalisation)
	line("start", o.Start)
	line("projection", describeProjection(o.Projection))
	line("mask-slots", o.MaskSlots)
	line("evaluate-every", o.EvaluateEvery)
	line("evaluation-batch", o.EvaluationBatch)
	line("snapshots", j.Snapshots)
	return text.String()
}

// describeNetwork is the network's name and a digest of its layers.
func describeNetwork(network *nn.Network) string {
	hash := sha256.New()
	fmt.Fprintln(hash, network.Input)
	for _, node := range network.Nodes {
		fmt.Fprintln(hash, node.Name, node.Layer.Kind(), node.Inputs, node.Shape, canonical(reflect.ValueOf(node.Layer)))
	}
	return network.Name + " " + hex.EncodeToString(hash.Sum(nil))
}

func (j Job) describeMask() string {
	masks := make(nn.Weights)
	for _, p := range j.Network.Parameters() {
		if mask := j.maskOf(p); mask != nil {
			masks[p.Name] = mask
		}
	}
	if len(masks) == 0 {
		return ""
	}
	return masks.Digest()
}

// describeProjection is never empty where there is a projection, even one without
// fields.
func describeProjection(projection Projection) string {
	if projection == nil {
		return ""
	}
	return canonical(reflect.ValueOf(projection))
}

func describeImages(images *data.Images) string {
	if images == nil {
		return ""
	}
	return images.Digest()
}

// canonical writes a plain value as Type{Field:value ...}, without the fields that
// are zero.
func canonical(v reflect.Value) string {
	if v.CanInterface() {
		if text, ok := v.Interface().(fmt.Stringer); ok {
			return text.String()
		}
	}
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		return canonical(v.Elem())
	case reflect.Struct:
		var fields []string
		for field, value := range v.Fields() {
			if !value.IsZero() {
				fields = append(fields, field.Name+":"+canonical(value))
			}
		}
		return v.Type().Name() + "{" + strings.Join(fields, " ") + "}"
	case reflect.Slice, reflect.Array:
		elements := make([]string, v.Len())
		for i := range elements {
			elements[i] = canonical(v.Index(i))
		}
		return "[" + strings.Join(elements, " ") + "]"
	}
	return fmt.Sprint(v)
}

// difference is the first line in which two descriptions differ, in words.
func difference(there, here string) string {
	theirs, ours := lines(there), lines(here)
	for _, name := range append(ours.names, theirs.names...) {
		if a, b := theirs.values[name], ours.values[name]; a != b {
			return fmt.Sprintf("%s is %q there and %q here", name, a, b)
		}
	}
	return "the order of the lines differs"
}

type description struct {
	names  []string
	values map[string]string
}

func lines(text string) description {
	d := description{values: make(map[string]string)}
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		d.names = append(d.names, name)
		d.values[name] = value
	}
	return d
}
