// Package numerals writes numbers for people.
package numerals
