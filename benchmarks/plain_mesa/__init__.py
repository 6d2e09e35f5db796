"""The twin of the whole model in plain Mesa 3: the same months, to the bit, as a user of Mesa would write them."""
