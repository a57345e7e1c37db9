/// The number type of all computation: `Float`, or `Double` under the package trait
/// `DoublePrecision`, which exists to check gradients.
#if DoublePrecision
  public typealias Real = Double
#else
  public typealias Real = Float
#endif
