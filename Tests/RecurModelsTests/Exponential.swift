#if canImport(Glibc)
  import Glibc
#endif

// The standard library has no exponential, and Glibc stays in this file.
func exponential(_ x: Double) -> Double { exp(x) }
func logarithm(_ x: Double) -> Double { log(x) }
