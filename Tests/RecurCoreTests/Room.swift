// RecurCore
