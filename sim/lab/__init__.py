"""Studies: designs, paired worlds, estimators, controls, and verdicts on registered claims."""
