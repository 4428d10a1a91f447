package cgp

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"espalier/gnn"
)

// backbones are the networks that CGP prunes, with the widths and dropouts of its code;
// ResGCN, which the code has not, as in DeeperGCN.
var backbones = map[string]gnn.Network{
	"gcn":    gnn.GCN{Hidden: 512, InputDropout: gnn.None, Bias: true},
	"gat":    gnn.GAT{Dropout: .5, InputDropout: .5, AttentionDropout: gnn.None, Values: gnn.Message},
	"sgc":    gnn.SGC{},
	"appnp":  gnn.APPNP{Hidden: 512, InputDropout: gnn.None, EdgeDropout: gnn.None, Bias: true},
	"gcnii":  gnn.GCNII{Layers: 20, Hidden: 512, Dropout: .5},
	"resgcn": gnn.ResGCN{},
}

// BackboneNames lists the backbones.
func BackboneNames() []string { return slices.Sorted(maps.Keys(backbones)) }

// Backbone is the network of a name as CGP prunes it.
func Backbone(name string) (gnn.Network, error) {
	if n, ok := backbones[name]; ok {
		return n, nil
	}
	return nil, fmt.Errorf("no backbone is called %q: there are %s", name, strings.Join(BackboneNames(), ", "))
}

// Perceptron is the control that reads no edges: as wide as the backbones.
func Perceptron() gnn.Network { return gnn.MLP{Hidden: 512, InputDropout: gnn.None} }
