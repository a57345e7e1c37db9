/// Where a tape keeps the gradient of a variable, without the variable's tensor.
package struct Operand {
  /// The place on the tape; nil where no gradient is wanted.
  let slot: Int?
}
