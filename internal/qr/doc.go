// Package qr has the one decomposition of matrices that others need.
package qr
