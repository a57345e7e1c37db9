// RecurData
