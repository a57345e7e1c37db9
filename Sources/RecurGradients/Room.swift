// RecurGradients
