package experiments

import (
	"fmt"
	"maps"
	"strings"
)

// refine is what the paper trains with in its own networks on other data, or on the same
// data in other networks, than the scale paper says (Chen et al., table 1).
func (o *Structural) refine() (map[string]string, error) {
	refined := structuralProtocol(string(o.Network), o.Data[0])
	for _, set := range o.Data[1:] {
		if !maps.Equal(structuralProtocol(string(o.Network), set), refined) {
			return nil, &UsageError{fmt.Sprintf("data=%s: the paper does not train %s on them in the same way; run one at a time at the scale paper",
				strings.Join(o.Data, ","), o.Network)}
		}
	}
	return refined, nil
}

// structuralProtocol are the hyper-parameters in which a network and a data set differ
// from ResNet-18 on CIFAR-10. On CIFAR-100 the authors hold no images out.
func structuralProtocol(network, set string) map[string]string {
	_, known := authorsWeights[network]
	switch {
	case !known:
		return nil
	case set == "cifar-10" && network == "vgg16":
		return map[string]string{"weight-decay": "0.0002"}
	case set != "cifar-100":
		return nil
	}
	refined := map[string]string{"validation": "0", "weight-decay": "0.0002"}
	switch network {
	case "vgg16":
		refined["weight-decay"] = "0.0005"
	case "mobilenetv1":
		refined["batch"] = "64"
	}
	return refined
}
