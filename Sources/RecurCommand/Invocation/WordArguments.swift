public import ArgumentParser
public import Recur

// Settings that are one of a few words are given by these words.

extension InvalidUTF8Policy: ExpressibleByArgument {}
extension ProductPrecision: ExpressibleByArgument {}
extension LabelledFormat: ExpressibleByArgument {}
extension Pooling: ExpressibleByArgument {}
extension Segmentation: ExpressibleByArgument {}
extension Normalization: ExpressibleByArgument {}
extension OptimizerKind: ExpressibleByArgument {}
extension Schedule.Shape: ExpressibleByArgument {}
