"""What people see: chart specs, every word in French and English, and the one page that shows verdicts offline."""
