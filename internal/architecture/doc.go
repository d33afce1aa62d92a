// Package architecture holds the tests that keep the shape of the code: who may import whom, and what a processor may not
// touch. It has no code of its own.
package architecture
