// RecurTraining
