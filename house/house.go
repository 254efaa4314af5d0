// Package house holds the tests that keep the layout of this module: which
// package may import which, and what no package may do.
//
// It must not be imported.
package house
