UPDATE editions SET pictures = '1 picture is too large' WHERE id = 2;
