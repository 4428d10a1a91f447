package prune

import (
	"fmt"
	"math/rand/v2"

	"espalier/nn"
)

// ErdosRenyi returns for each parameter the density that "Erdős–Rényi–Kernel" gives
// it when all together have a density d: in proportion to
//
//	Σ_a n_a / Π_a n_a,  (in + out) / (in · out) for a matrix,
//
// over the axes a of its shape, and dense where that would be more than 1, until
// the others fit. So thin layers stay denser than wide ones. Mocanu et al.,
// "Scalable training of artificial neural networks with adaptive sparse
// connectivity", 2018; with kernels Evci et al., "Rigging the Lottery", ICML 2020.
func ErdosRenyi(parameters []nn.Parameter, density float64) (map[string]float64, error) {
	if !(density > 0 && density <= 1) {
		return nil, fmt.Errorf("a density of %v is not in (0, 1]", density)
	}
	dense := make(map[string]bool)
	for _, p := range parameters {
		dense[p.Name] = p.Size() == 0 // what is empty has no share
	}
	for {
		scale, full := erdosRenyiScale(parameters, density, dense)
		densities := make(map[string]float64, len(parameters))
		for _, p := range parameters {
			densities[p.Name] = 1
			if !dense[p.Name] {
				densities[p.Name] = min(1, scale*erdosRenyiShare(p))
			}
		}
		if full == "" {
			return densities, nil
		}
		dense[full] = true
	}
}

// erdosRenyiScale is the factor of the shares that spends what the dense parameters
// leave, and the parameter that exceeds 1 most, "" for none.
func erdosRenyiScale(parameters []nn.Parameter, density float64, dense map[string]bool) (scale float64, full string) {
	var wanted, shares float64
	for _, p := range parameters {
		wanted += density * float64(p.Size())
		if dense[p.Name] {
			wanted -= float64(p.Size())
		} else {
			shares += erdosRenyiShare(p) * float64(p.Size())
		}
	}
	if shares == 0 {
		return 0, ""
	}
	scale = wanted / shares
	largest := 1.0
	for _, p := range parameters {
		if x := scale * erdosRenyiShare(p); !dense[p.Name] && x > largest {
			largest, full = x, p.Name
		}
	}
	return scale, full
}

func erdosRenyiShare(p nn.Parameter) float64 {
	sum := 0
	for _, n := range p.Shape {
		sum += n
	}
	return float64(sum) / float64(p.Size())
}

// RandomMask is the mask in which each parameter has its density of live weights,
// rounded down but at least one if there is one, at places drawn at random. A parameter
// without a density is dense.
func RandomMask(parameters []nn.Parameter, densities map[string]float64, random func(parameter string) *rand.Rand) *Mask {
	editor := OnesOf(parameters).Edit()
	for _, p := range parameters {
		density, ok := densities[p.Name]
		if !ok || density >= 1 {
			continue
		}
		live := min(max(1, RoundDown(p.Size(), density)), p.Size())
		for _, i := range random(p.Name).Perm(p.Size())[live:] {
			editor.Set(p.Name, i, false)
		}
	}
	return editor.Mask()
}
