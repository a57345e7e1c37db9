// RecurText
