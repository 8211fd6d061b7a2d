"""What people see of alerts: the form, the introduction in the channel, the list, an owner who is gone."""
