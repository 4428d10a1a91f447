package tools

import _ "github.com/mmcloughlin/avo/build" // pinned for internal/simd's generators
