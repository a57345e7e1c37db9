// RecurTensors
