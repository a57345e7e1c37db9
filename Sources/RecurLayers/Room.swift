// RecurLayers
