package data

// download is one file that Get fetches.
type download struct {
	address string
	sha256  string
	bytes   int64
}
