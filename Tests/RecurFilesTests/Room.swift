// RecurFiles
