package numerals

import (
	"strconv"
	"strings"
)

// Count writes a whole number with commas between thousands, as in 75,002.
func Count(n int) string { return grouped(strconv.Itoa(n)) }

// Fixed writes a number with so many decimals and commas between thousands. Its minus is
// the sign, not the hyphen.
func Fixed(x float64, decimals int) string {
	if x == 0 {
		x = 0 // not the negative one
	}
	return strings.Replace(grouped(strconv.FormatFloat(x, 'f', decimals, 64)), "-", "−", 1)
}

// grouped puts commas between the thousands of a number's text.
func grouped(text string) string {
	first := 0
	if strings.HasPrefix(text, "-") {
		first = 1
	}
	point := strings.IndexByte(text, '.')
	if point < 0 {
		point = len(text)
	}
	for i := point - 3; i > first; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
