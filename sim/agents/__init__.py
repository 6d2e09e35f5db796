"""The seven socio-economic models, one file each: the story, the agent class, its phases; and what they share."""
