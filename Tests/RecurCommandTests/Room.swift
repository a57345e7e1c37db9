// RecurCommand
