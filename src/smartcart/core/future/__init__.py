"""What comes next: models of orders to come, fitted on counted cells, and their record."""
