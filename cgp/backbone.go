package cgp

import (
	"espalier/gnn"
	"espalier/internal/registry"
)

// backbones are the networks that CGP prunes, with the widths and dropouts of its code;
// ResGCN, which the code lacks, is as in DeeperGCN.
var backbones = registry.New[gnn.Network]("backbone")

func init() {
	for _, n := range []gnn.Network{
		gnn.GCN{Hidden: 512, InputDropout: gnn.None, Bias: true},
		gnn.GAT{Dropout: .5, InputDropout: .5, AttentionDropout: gnn.None, Values: gnn.Message},
		gnn.SGC{},
		gnn.APPNP{Hidden: 512, InputDropout: gnn.None, EdgeDropout: gnn.None, Bias: true},
		gnn.GCNII{Layers: 20, Hidden: 512, Dropout: .5},
		gnn.ResGCN{},
	} {
		backbones.Register(string(n.Kind()), n)
	}
}

// BackboneNames lists the backbones.
func BackboneNames() []string { return backbones.Names() }

// Backbone is the network of a name as CGP prunes it.
func Backbone(name string) (gnn.Network, error) { return backbones.Lookup(name) }

// Perceptron is the control that reads no edges: as wide as the backbones.
func Perceptron() gnn.Network { return gnn.MLP{Hidden: 512, InputDropout: gnn.None} }
