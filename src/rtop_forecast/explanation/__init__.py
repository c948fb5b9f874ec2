"""Why a forecast is what it is: contributions of features and risk factors, in words, and past cases."""
