// One import for everything a user of the library needs.
@_exported public import RecurCore
@_exported public import RecurData
@_exported public import RecurFiles
@_exported public import RecurGradients
@_exported public import RecurLayers
@_exported public import RecurModels
@_exported public import RecurTensors
@_exported public import RecurText
@_exported public import RecurTraining
