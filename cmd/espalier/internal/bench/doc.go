// Package bench times work that training and inference consist of. Names and
// fields are those of the peer program in tools/peers, so that the two outputs can
// be joined.
package bench
