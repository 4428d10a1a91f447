package prune

import "context"

// graspTemperature divides the logits in GraSP.
const graspTemperature = 200

func init() {
	scores.Register("grasp", GraSP)
	scores.Register("grasp-reference", ReferenceGraSP)
}

// GraSP rates a weight by w · (H g), where g is the gradient of the loss of logits
// divided by 200 and H its Hessian. The paper's importance −w · (H g) is half the
// change of the gradient's squared norm, to first order, when the weight is removed;
// the weights whose removal raises it most are removed first, so the score here has the
// opposite sign (Wang, Zhang and Grosse, "Picking winning tickets before training by
// preserving gradient flow", ICLR 2020).
func GraSP(ctx context.Context, in Input) (Values, error) {
	return grasp(ctx, in, func(weight, hessianGradient float32) float32 { return weight * hessianGradient })
}

// ReferenceGraSP is |w · (H g)|, as in the code of Structure-LTH: weights whose removal
// would raise the gradient's norm most are kept, just like those whose removal would
// lower it most.
func ReferenceGraSP(ctx context.Context, in Input) (Values, error) {
	return grasp(ctx, in, func(weight, hessianGradient float32) float32 { return absolute(weight * hessianGradient) })
}

func grasp(ctx context.Context, in Input, rate func(weight, hessianGradient float32) float32) (Values, error) {
	weights, err := in.differentiable("grasp")
	if err != nil {
		return nil, err
	}
	gradient, err := in.Derivatives.Gradient(ctx, weights, graspTemperature)
	if err != nil {
		return nil, err
	}
	curved, err := in.Derivatives.HessianProduct(ctx, weights, gradient, graspTemperature)
	if err != nil {
		return nil, err
	}
	return product(ctx, in.Network, weights, curved, rate)
}
