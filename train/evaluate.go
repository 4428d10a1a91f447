package train

import (
	"context"
	"fmt"
	"math"

	"espalier/data"
)

// evaluate returns the mean cross-entropy and the accuracy over images; NaN where
// there are none. Losses are summed in float64 image by image, so the short last
// batch weighs no more than its images.
func (p *program) evaluate(ctx context.Context, images *data.Images, normalisation data.Normalisation, size, workers int) (loss, accuracy float64, err error) {
	if images == nil || images.Len() == 0 {
		return math.NaN(), math.NaN(), nil
	}
	right := 0
	batches := data.Batches{Images: images, Size: size, Normalisation: normalisation, Workers: workers, Ordered: true}
	for batch, err := range batches.Epoch(ctx, 0, 0) {
		if err != nil {
			return 0, 0, err
		}
		err := p.logits(batch, func(logits []float32) {
			classes := len(logits) / batch.Size
			for i, label := range batch.Labels {
				l, ok := Judge(logits[i*classes:(i+1)*classes], label)
				loss += l
				if ok {
					right++
				}
			}
		})
		if err != nil {
			return 0, 0, fmt.Errorf("evaluate on %s: %w", images.Name(), err)
		}
	}
	n := float64(images.Len())
	return loss / n, float64(right) / n, nil
}
