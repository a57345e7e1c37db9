// RecurModels
