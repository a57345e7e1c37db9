#if DoublePrecision
  /// The number type of all computation: under the package trait `DoublePrecision`, which exists to
  /// check gradients, double precision.
  public typealias Real = Double
#else
  /// The number type of all computation: single precision, or double under the package trait
  /// `DoublePrecision`, which exists to check gradients.
  public typealias Real = Float
#endif
